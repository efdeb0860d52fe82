create table book (id int primary key, price int not null);
